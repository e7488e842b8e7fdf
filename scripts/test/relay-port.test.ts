import { expect, it } from 'vitest';
import { relayPort } from '../dev/relay-port.ts';

it('the page passes its socket on to where the relay will listen', () => {
  expect(relayPort([], {})).toBe(5000);
  expect(relayPort([], { AURORA_PORT: '5002' })).toBe(5002);
  expect(relayPort(['--port', '5001'], { AURORA_PORT: '5002' })).toBe(5001);
  expect(relayPort(['--host', '::1', '--port=5001'], {})).toBe(5001);
});
