import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { assembleClient } from './assemble-client.ts';
import type { ReportData } from './report-data.ts';

/** The same place seen from `src/report` and from `dist/report`. */
const CLIENT = new URL('../../client/', import.meta.url);

/**
 * The report as one HTML page that needs nothing beside itself: no network, no other file.
 *
 * Nothing of the study is ever read as HTML or as a program: data is JSON in a data block, the page shows it as text, and
 * the content security policy admits exactly the page's own script and style, by their hashes.
 */
export function renderReport(data: ReportData): string {
  const names = readdirSync(CLIENT).filter((file) => file.endsWith('.js'));
  const script = assembleClient(
    names.map((file) => ({ name: file.slice(0, -3), source: readFileSync(new URL(file, CLIENT), 'utf8') })),
    'main',
  );
  const style = readFileSync(new URL('report.css', CLIENT), 'utf8');
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(data.study.name)} – Fettle report</title>
<style>${style}</style>
</head>
<body>
<noscript>This report draws itself with JavaScript, which is switched off. Its data is in this file, in the element <code>report-data</code>.</noscript>
<script type="application/json" id="report-data">${embedJson(data)}</script>
<script type="module">${script}</script>
</body>
</html>
`;
}

/** JSON that cannot end the element it stands in, whatever texts it holds. */
function embedJson(data: ReportData): string {
  return JSON.stringify(data).replaceAll('<', '\\u003c');
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
