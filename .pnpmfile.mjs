// What pnpm packs says where it was made: provenance is refused unless `repository` is the very repository whose CI publishes,
// and that CI is the one that knows it. On a machine that is no CI nothing is said.
const { GITHUB_SERVER_URL, GITHUB_REPOSITORY, CI_PROJECT_URL } = process.env;
const address = GITHUB_REPOSITORY === undefined ? CI_PROJECT_URL : `${GITHUB_SERVER_URL}/${GITHUB_REPOSITORY}`;

export const hooks = {
  beforePacking(manifest) {
    if (address === undefined) return manifest;
    const directory = manifest.name.replace('@fettle/', 'packages/');
    return { ...manifest, repository: { type: 'git', url: `git+${address}.git`, directory } };
  },
};
