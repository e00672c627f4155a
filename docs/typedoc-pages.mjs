// The pages of the site: each is called by its first heading, stands in a group and keeps the address of its file. Modules are
// called as they are imported and stand together as the API, and a link to the source of an interface or a function leads there.
import { basename, relative } from 'node:path';
import { Comment, CommentTag, Converter, KindRouter, ReflectionKind } from 'typedoc';

const ROOT = `${import.meta.dirname}/..`;

/** The first that matches a page's path, from the root of the repository, counts. */
const GROUPS = [
  [/^docs\/guide\/from-/, 'From other tools'],
  [/^docs\/guide\//, 'Guide'],
  [/^docs\/adr\//, 'Decisions'],
  [/^examples\//, 'Examples'],
  [/^packages\//, 'Packages'],
  [/^docs\/(?:architecture|comparison)|^bench|^CONTRIBUTING/, 'Background'],
  [/^/, 'Reference'],
];

/** @param {import('typedoc').Application} app */
export function load(app) {
  app.renderer.defineRouter('pages', PageRouter);
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_context, page) => {
    const text = page.content.map((part) => part.text).join('');
    page.name = /^# (.+)$/m.exec(text)?.[1].replaceAll('`', '') ?? page.name;
    page.frontmatter['group'] = GROUPS.find(([pattern]) => pattern.test(pathOf(page)))[1];
    // A fence without a language is a drawing, not TypeScript.
    for (const part of page.content) if (part.kind === 'code') part.text = part.text.replace(/^```\n/, '```text\n');
  });
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
      module.name = module.name.replace(/^([^/]+)\/src/, '@fettle/$1');
      module.comment ??= new Comment();
      module.comment.blockTags.push(new CommentTag('@group', [{ kind: 'text', text: 'API' }]));
    }
  });
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    const named = new Map(
      project
        .getReflectionsByKind(ReflectionKind.Interface | ReflectionKind.Variable | ReflectionKind.Function)
        .filter(({ name }) => name !== name.toUpperCase())
        .map((reflection) => [flat(reflection.name), reflection]),
    );
    for (const file of [...project.files.getMediaPaths()].filter((path) => path.endsWith('.ts'))) {
      const reflection = named.get(flat(basename(file, '.ts')));
      if (reflection !== undefined) project.files.registerReflectionPath(file, reflection);
    }
  });
}

class PageRouter extends KindRouter {
  /** @param {import('typedoc').Reflection} reflection */
  getIdealBaseName(reflection) {
    if (!reflection.isDocument()) return super.getIdealBaseName(reflection);
    const path = pathOf(reflection)
      .replace(/^docs\//, '')
      .replace(/(?:\/README)?\.md$/, '');
    return `documents/${path.replaceAll('/', '-').toLowerCase()}`;
  }
}

/** A page's file, from the root of the repository. */
function pathOf(page) {
  return relative(ROOT, page.project.files.getReflectionPath(page));
}

/** `ConfigurationSampler` and `configuration-sampler` are one name. */
function flat(name) {
  return name.replaceAll('-', '').toLowerCase();
}
