import { describe, expect, it } from 'vitest';
import { explainNpm } from '../bootstrap/npm-failure.mjs';

describe('what a person reads when npm fails', () => {
  it.each([
    ['npm error code ENOTFOUND', /network is at fault/],
    ['npm error code EAI_AGAIN', /network is at fault/],
    ['npm error code ECONNREFUSED', /does not answer.*npm config get registry/],
    ['npm error code ERR_SOCKET_TIMEOUT', /does not answer/],
    ['npm error code UNABLE_TO_GET_ISSUER_CERT_LOCALLY', /certificate is not trusted/],
    ['npm error code E401', /refused access/],
    ['npm error code E404', /does not have a package/],
    ['npm error code E503', /overloaded or broken/],
    ['npm error code EINTEGRITY', /recorded hash/],
    ['npm error code ENOSPC', /disk is full/],
    ['npm error code EROFS', /may not be written to/],
    ['npm error code EUSAGE', /package-lock.json disagree/],
  ])('%s', (output, sentence) => {
    expect(explainNpm(1, output)).toMatch(sentence);
  });

  it('says that npm is missing', () => {
    expect(explainNpm(127, 'spawn npm ENOENT')).toMatch(/no npm on this machine/);
  });

  it('shows the errors, and nothing else, of a failure it does not know', () => {
    const said = explainNpm(9, 'npm warn old\nnpm error code EODD\nnpm error it is odd\n');
    expect(said).toContain('npm error it is odd');
    expect(said).not.toContain('npm warn');
  });
});
