// Every dependency that comes with an installation may be used by anybody for anything, as its own package says.

/** SPDX identifiers. A new one is looked at by a person before it is written here. */
const PERMISSIVE = new Set(['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT']);

/** Whether one of the choices asks for nothing but permissive licences; nested brackets are for a person to read. */
const isPermissive = (licence) =>
  licence
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((each) => PERMISSIVE.has(each.replace(/^\(|\)$/g, ''))));

/**
 * @param {readonly { name: string, version: string, licence: string }[]} packages
 * @returns {string[]} what is wrong
 */
export function checkLicences(packages) {
  return packages
    .filter(({ licence }) => !isPermissive(licence))
    .map(
      ({ name, version, licence }) =>
        `${name} ${version} is under ${licence}, which is not one of ${[...PERMISSIVE].join(', ')}`,
    );
}
