import fc from 'fast-check';
import { people } from './groups.ts';
import { play, type Step, story } from './play.ts';

/** Stories told unless AURORA_MODEL_RUNS says otherwise: thousands where a change is judged, fewer at somebody's desk. */
const RUNS = Number(process.env.AURORA_MODEL_RUNS ?? (process.env.CI ? 2_000 : 200));
/** At least so many, however small their share. */
const FEWEST = 20;
/** A change is judged by the same stories every time; at somebody's desk they are new ones. */
const SEED = process.env.AURORA_MODEL_SEED ?? (process.env.CI ? '20261125' : undefined);
const PATH = process.env.AURORA_MODEL_PATH;
/** Stories that once went wrong. */
const KEPT: [number, Step[]][] = [
  // Who left, and came again before anybody let them go, was let go afterwards.
  [
    3,
    [
      ['race', 0, 0, 0],
      ['add', 0, 0, 0],
      ['leave', 0, 0, 0],
      ['readmit', 0, 0, 0],
      ['remove', 0, 0, 0],
      ['leave', 0, 0, 0],
      ['add', 0, 0, 0],
    ],
  ],
  // Who left while a commit that lets another in was on its way was let go by a member, and the newcomer did not know that they left.
  [
    3,
    [
      ['race', 0, 0, 0],
      ['slow', 3, 0, 831],
      ['leave', 0, 0, 0],
    ],
  ],
];
/** A failure prints both: with them the same story is told again. */
const replayed = { ...(SEED && { seed: Number(SEED) }), ...(PATH && { path: PATH }) };

export const PATIENCE = 120_000 + RUNS * 2_000;

/** Plays stories of up to so many steps among 3 to 12 people; `share` of the runs. */
export async function tell(longest: number, share: number): Promise<void> {
  const cast = await people(
    'Ada',
    'Bo',
    'Cleo',
    'Dan',
    'Eve',
    'Fay',
    'Gus',
    'Hal',
    'Ida',
    'Jo',
    'Kim',
    'Lou',
  );
  const size = fc.integer({ min: 3, max: cast.length });
  const runs = fc.asyncProperty(size, story(longest), async (many: number, steps: Step[]) => {
    await play(cast.slice(0, many), steps);
  });
  const numRuns = Math.max(FEWEST, Math.ceil(RUNS * share));
  await fc.assert(runs, { numRuns, examples: KEPT, ...replayed });
}
