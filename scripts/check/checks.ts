import { noAmbient } from './ambient.ts';
import { bundleBudget } from './budget.ts';
import type { Check } from './check.ts';
import { noCycles } from './cycles.ts';
import { dependencyRule } from './dependencies.ts';
import { layerRule } from './layers.ts';
import { portableLock } from './lock.ts';
import { noUnsafeSinks } from './sinks.ts';
import { canary, components, deadCode, format, types } from './tools.ts';

/** All that must hold, quickest first. */
export const checks: readonly Check[] = [
  dependencyRule,
  layerRule,
  noCycles,
  noAmbient,
  noUnsafeSinks,
  portableLock,
  bundleBudget,
  format,
  types,
  components,
  canary,
  deadCode,
];
