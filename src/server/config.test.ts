import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { serverConfig } from './config.js';

describe('the set-up of a server', () => {
  it('is as usual where nothing is said', () => {
    expect(serverConfig({}, {})).toMatchObject({ data: resolve('shoal-data'), store: resolve('shoal-data'), port: 7411, host: '127.0.0.1', behindProxy: false, files: { bytes: 4 * 2 ** 30, unpacked: 32 * 2 ** 30 } });
  });

  it('comes from the environment, and flags win', () => {
    const environment = { SHOAL_DATA_FOLDER: '/srv/shoal', SHOAL_PORT: '8000', SHOAL_STORE: 'postgres://db/shoal', SHOAL_BEHIND_PROXY: 'true', SHOAL_HOST: '0.0.0.0', SHOAL_URL: 'https://shoal.example.org', SHOAL_FILE_LIMIT: '0.5', SHOAL_JOB_MEMORY: '' };
    const config = serverConfig({ port: 0, data: undefined }, environment);
    expect(config).toMatchObject({ data: '/srv/shoal', port: 0, store: 'postgres://db/shoal', behindProxy: true, host: '0.0.0.0', files: { bytes: 2 ** 29 } });
    expect(config.url?.hostname).toBe('shoal.example.org');
  });

  it.each([['localhost'], ['127.0.0.1'], ['127.8.0.1'], ['::1']])('listens on %s, which is this machine', (host) => {
    expect(serverConfig({ host }, {}).host).toBe(host);
  });

  it.each([['0.0.0.0'], ['::'], ['192.168.1.5'], ['127.0.0.1.example.org'], ['example.org'], ['']])('does not listen on %j without a proxy in front', (host) => {
    expect(() => serverConfig({ host }, {})).toThrowError(expect.objectContaining({ code: expect.stringMatching(/server\/not-local|config\/invalid/) }));
  });

  it.each([
    [{ SHOAL_PORT: 'http' }, 'port'], [{ SHOAL_PORT: '7411.5' }, 'port'], [{ SHOAL_STORE: 'sqlite://x' }, 'postgres://'], [{ SHOAL_URL: 'shoal.example.org' }, 'https://'], [{ SHOAL_FILE_LIMIT: '-1' }, 'fileLimit'],
  ])('says what is wrong with %j', (environment, word) => {
    expect(() => serverConfig({}, environment)).toThrowError(expect.objectContaining({ code: 'config/invalid', message: expect.stringContaining(word) }));
  });
});
