import { describe, expect, it } from 'vitest';
import { judgeNode } from '../bootstrap/version.mjs';

describe('which Node may do what', () => {
  it.each(['24.0.0', '24.1.3', '26.10.0', '30.0.0'])(
    'Node %s runs the sources and downloads nothing',
    (version) => {
      expect(judgeNode(version)).toEqual({ kind: 'ready' });
    },
  );

  it.each(['20.19.0', '20.20.2', '22.0.0', '23.11.1'])('Node %s fetches a newer one first', (version) => {
    expect(judgeNode(version)).toEqual({ kind: 'fetch' });
  });

  it.each(['20.18.9', '18.20.0', '8.0.0', '20.9.0'])('Node %s is told which one to install', (version) => {
    expect(judgeNode(version)).toEqual({ kind: 'refuse', sentence: expect.stringContaining('20.19') });
    expect(judgeNode(version)).toEqual({ kind: 'refuse', sentence: expect.stringContaining(version) });
  });
});
