import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { chooseApiVersion } from '../src/engine/api-version.ts';
import { describeEndpoint, parseEndpoint } from '../src/engine/endpoint.ts';
import type { OutputPiece } from '../src/engine/engine.ts';
import { EngineError, errorOfAnswer } from '../src/engine/engine-error.ts';
import { findEndpoint } from '../src/engine/find-endpoint.ts';
import { HttpEngine } from '../src/engine/http-engine.ts';
import { readJsonLines } from '../src/engine/json-stream.ts';
import { readFrames } from '../src/engine/log-frames.ts';

describe('the version of the API', () => {
  it.each([
    ['1.41', '1.12', '1.41'],
    ['1.45', '1.24', '1.45'],
    ['1.51', '1.24', '1.51'],
    ['1.52', '1.44', '1.51'],
    ['1.70', '1.60', '1.60'],
    ['1.100', '1.9', '1.51'],
  ])('of an engine that speaks %s down to %s is %s', (newest, oldest, spoken) => {
    expect(chooseApiVersion(newest, oldest)).toBe(spoken);
  });

  it('of an engine that is too old is none', () => {
    expect(() => chooseApiVersion('1.40', '1.12')).toThrow(/1\.41 \(Docker 20\.10\) is needed/);
  });
});

describe('an address', () => {
  it.each([
    ['unix:///run/user/1000/docker.sock', '/run/user/1000/docker.sock'],
    ['tcp://build1', 'build1:2375'],
    ['tcp://10.0.0.1:4243', '10.0.0.1:4243'],
    ['https://build1', 'build1:2376 (TLS)'],
    ['tcp://[::1]:2375', '::1:2375'],
    ['ssh://me@build1:2222', 'me@build1 (ssh)'],
  ])('%s is %s', (address, described) => {
    expect(describeEndpoint(parseEndpoint(address))).toBe(described);
  });

  it.each(['', 'unix://', 'docker.sock', 'npipe:////./pipe/docker_engine', 'tcp://'])('%j is none', (address) => {
    expect(() => parseEndpoint(address)).toThrow(/is no address of a container engine/);
  });

  it('is found as the docker command finds it', () => {
    const nowhere = { DOCKER_CONFIG: '/no/such/folder' };
    const found = (choice: Parameters<typeof findEndpoint>[0], more: NodeJS.ProcessEnv = {}): string =>
      describeEndpoint(findEndpoint(choice, { ...nowhere, ...more }));
    expect(found({})).toBe('/var/run/docker.sock');
    expect(found({ context: 'default' }, { DOCKER_HOST: 'tcp://other' })).toBe('/var/run/docker.sock');
    expect(found({}, { DOCKER_HOST: 'tcp://other' })).toBe('other:2375');
    expect(found({ host: 'tcp://mine' }, { DOCKER_HOST: 'tcp://other' })).toBe('mine:2375');
    expect(found({}, { DOCKER_HOST: 'tcp://other', DOCKER_TLS_VERIFY: '1' })).toBe('other:2376 (TLS)');
    expect(() => found({ context: 'gone' })).toThrow(/no context 'gone'/);
  });
});

describe("an engine's answer", () => {
  it.each([
    [404, 'No such container: x', 'not-found'],
    [409, 'Conflict. The container name "/x" is already in use by container "1".', 'name-taken'],
    [500, 'creating container storage: the container name "x" is already in use', 'name-taken'],
    [409, 'You cannot remove a running container', 'conflict'],
    [400, 'invalid', 'refused'],
    [500, 'broken', 'failed'],
    [503, 'busy', 'failed'],
  ] as const)('%i %s: %s', (status, text, kind) => {
    expect(errorOfAnswer(status, text).kind).toBe(kind);
  });
});

async function* chunksOf(bytes: Uint8Array, sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (let turn = 0; at < bytes.length; turn += 1) {
    const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

function frame({ stream, bytes }: OutputPiece): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream === 'stdout' ? 1 : 2;
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}

describe('what a container prints', () => {
  const pieces = fc.array(
    fc.record({
      stream: fc.constantFrom('stdout' as const, 'stderr' as const),
      bytes: fc.uint8Array({ maxLength: 40 }),
    }),
  );
  const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1 });

  it('comes out as it went in, however it is cut up on the way', async () => {
    await fc.assert(
      fc.asyncProperty(pieces, sizes, async (printed, cuts) => {
        const read = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] };
        for await (const { stream, bytes } of readFrames(chunksOf(Buffer.concat(printed.map(frame)), cuts))) {
          read[stream].push(bytes);
        }
        for (const stream of ['stdout', 'stderr'] as const) {
          const sent = printed.filter((piece) => piece.stream === stream).map(({ bytes }) => bytes);
          expect(Buffer.concat(read[stream])).toEqual(Buffer.concat(sent));
        }
      }),
      { seed: 5 },
    );
  });

  it.each([4, 8, 10])('is known to be cut off after %i bytes of a frame', async (length) => {
    const bytes = frame({ stream: 'stdout', bytes: Buffer.from('hello') }).subarray(0, length);
    const read = async (): Promise<void> => {
      for await (const piece of readFrames(chunksOf(bytes, [3]))) expect(piece.stream).toBe('stdout');
    };
    await expect(read()).rejects.toMatchObject({ kind: 'unreachable' });
  });

  it('is read in time that grows with its length: 50,000 frames in one chunk', async () => {
    const one = frame({ stream: 'stderr', bytes: Buffer.from('x') });
    let count = 0;
    for await (const { bytes } of readFrames(chunksOf(Buffer.concat(Array(50_000).fill(one)), [1e9])))
      count += bytes.length;
    expect(count).toBe(50_000);
  });
});

describe('a stream of JSON', () => {
  it('comes out as it went in, however it is cut up on the way; what is cut off is dropped', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue()),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        async (values, cuts) => {
          const text = `${values.map((value) => `${JSON.stringify(value)}\n`).join('')}{"cut": `;
          const read: unknown[] = [];
          for await (const value of readJsonLines(chunksOf(Buffer.from(text), cuts))) read.push(value);
          expect(read).toEqual(values.map((value): unknown => JSON.parse(JSON.stringify(value))));
        },
      ),
      { seed: 6 },
    );
  });
});

/** An engine that answers as it is told. */
async function engineThat(
  answer: RequestListener,
  options?: ConstructorParameters<typeof HttpEngine>[1],
): Promise<HttpEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'fettle-engine-'));
  const path = join(folder, 'engine.sock');
  const server = createServer((request, response) => {
    if (request.url === '/version') response.end('{"Version":"1","ApiVersion":"1.45","MinAPIVersion":"1.24"}');
    else answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const engine = new HttpEngine({ kind: 'unix', path }, options);
  onTestFinished(() => {
    engine.close();
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });
  return engine;
}

describe('a connection that breaks', () => {
  it('before the answer', async () => {
    const engine = await engineThat((request) => request.socket.destroy());
    await expect(engine.inspect('x')).rejects.toMatchObject({ kind: 'unreachable', code: 'ECONNRESET' });
  });

  it('in the middle of an answer', async () => {
    const engine = await engineThat((_, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      response.write('{"Id": "');
      setImmediate(() => response.destroy());
    });
    await expect(engine.inspect('x')).rejects.toMatchObject({ kind: 'unreachable' });
  });

  it('in the middle of the events: those that came are told, then that it broke', async () => {
    const engine = await engineThat((_, response) => {
      response.write('{"Action":"die","Actor":{"ID":"1","Attributes":{"a":"b"}}}\n{"Action":');
      setImmediate(() => response.destroy());
    });
    const heard: string[] = [];
    let connected = 0;
    const listen = async (): Promise<void> => {
      for await (const { action } of engine.news('a=b', () => (connected += 1), new AbortController().signal))
        heard.push(action);
    };
    await expect(listen()).rejects.toMatchObject({ kind: 'unreachable' });
    expect([heard, connected]).toEqual([['die'], 1]);
  });

  it('that was kept since the last call: is asked again on a new one', async () => {
    let calls = 0;
    const engine = await engineThat((request, response) => {
      calls += 1;
      response.end('[]');
      // As a daemon does that is restarted: it closes what is open, after the answer.
      if (calls === 1) setImmediate(() => request.socket.destroy());
    });
    expect(await engine.list('a=b')).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await engine.list('a=b')).toEqual([]);
  });

  it('because the caller has had enough', async () => {
    const engine = await engineThat((_, response) => response.flushHeaders());
    const enough = new AbortController();
    const listen = async (): Promise<void> => {
      for await (const news of engine.news('a=b', () => enough.abort(), enough.signal)) expect(news).toBeUndefined();
    };
    await expect(listen()).rejects.toBeInstanceOf(EngineError);
  });
});

describe('what an engine says', () => {
  it('of a failed fetch comes behind its 200', async () => {
    const engine = await engineThat((_, response) => {
      response.end('{"status":"Pulling from x","id":"1"}\n{"errorDetail":{"message":"denied"},"error":"denied"}\n');
    });
    const lines: string[] = [];
    await expect(engine.pull('x', (line) => lines.push(line))).rejects.toMatchObject({
      kind: 'failed',
      message: 'denied',
    });
    expect(lines).toEqual(['1 Pulling from x']);
  });

  it('asks for one tag when a name has none, and for the given one when it has', async () => {
    const asked: (string | undefined)[] = [];
    const engine = await engineThat((request, response) => {
      asked.push(request.url);
      response.end();
    });
    for (const name of ['a/b', 'host:5000/a', 'a:1', 'a@sha256:1']) await engine.pull(name, () => undefined);
    expect(asked.map((url) => url?.includes('&tag=latest'))).toEqual([true, true, false, false]);
  });

  it('is asked for an image with the login for its registry, if there is one', async () => {
    const asked: unknown[] = [];
    const login = (image: string) => Promise.resolve(image === 'mine/a' ? 'secret' : undefined);
    const engine = await engineThat(
      (request, response) => {
        asked.push(request.headers['x-registry-auth']);
        response.end();
      },
      { login },
    );
    for (const name of ['mine/a', 'other/a']) await engine.pull(name, () => undefined);
    expect(asked).toEqual(['secret', undefined]);
  });

  it('is read in the words of Podman as well', async () => {
    const engine = await engineThat((_, response) => {
      response.end(
        '{"Id":"1","Config":{"Labels":null},"State":{"Status":"configured"},"HostConfig":{"DeviceRequests":null}}',
      );
    });
    expect(await engine.inspect('x')).toMatchObject({ status: 'created', labels: {}, deviceRequests: 0 });
  });

  it('is asked for in its own version of the API', async () => {
    const asked: (string | undefined)[] = [];
    const engine = await engineThat((request, response) => {
      asked.push(request.url);
      response.end('[]');
    });
    await engine.list('a=b');
    expect(asked[0]).toMatch(/^\/v1\.45\/containers\/json\?/);
  });
});
