import { classicMls } from '../../../packages/crypto/test/help/classic.ts';
import { auroraMls } from '../groups/aurora.ts';
import { type Backlogs, readBacklogs } from '../groups/backlog.ts';
import type { Mls } from '../groups/mls.ts';
import { type Openings, openConversations } from '../groups/openings.ts';
import { type Measured, measureGroup, works } from '../groups/work.ts';
import type { Verdict } from '../measure/budget.ts';
import type { Histogram } from '../measure/histogram.ts';
import { short } from '../measure/table.ts';
import type { Scenario } from '../scenario.ts';

/** For `BACKLOG` messages; a shorter backlog has its share of it. */
const BACKLOG = 10_000;
const BACKLOG_TIME = 2_000;

const heading = ['what', 'aurora', 'spread', 'peer', 'aurora is', 'bytes', 'peer', 'aurora is'];

function groupRows(members: number, ours: Measured, peer: Measured): string[][] {
  const rows = works.flatMap((work) => {
    const time = ours.times.get(work);
    const other = peer.times.get(work);
    if (time === undefined || other === undefined) return [];
    const sizes = sizeCells(ours.bytes.get(work), peer.bytes.get(work));
    return [[`${members}: ${work}`, ...timeCells(time, other.median), ...sizes]];
  });
  const info = (what: string, own: number, others: number) => [
    `${members}: ${what}`,
    '',
    '',
    '',
    '',
    ...sizeCells(own, others),
  ];
  return [
    ...rows,
    info('welcome of one', ours.welcome, peer.welcome),
    info('group info with tree', ours.info, peer.info),
  ];
}

function timeCells(
  { median, least, most }: { median: number; least: number; most: number },
  peer: number,
): string[] {
  return [
    `${short(median)} ms`,
    `${short(least)}–${short(most)}`,
    `${short(peer)} ms`,
    `${short(median / peer)} ×`,
  ];
}

function sizeCells(own: number | undefined, peer: number | undefined): string[] {
  if (own === undefined || peer === undefined) return ['', '', ''];
  return [short(own), short(peer), `${short(own / peer)} ×`];
}

function openingRows({ ready, first, later, lounge }: Openings): string[][] {
  const row = (what: string, times: Histogram, peer: Histogram | null) => {
    const [p50, p95] = [times.quantile(0.5), times.quantile(0.95)];
    const other = peer?.quantile(0.5);
    return [
      what,
      `${short(p50)} ms`,
      `p95 ${short(p95)}`,
      other === undefined ? '' : `${short(other)} ms`,
      other === undefined ? '' : `${short(p50 / other)} ×`,
    ];
  };
  return [
    row('conversation: open until ready', ready, null),
    row('conversation: open until first read', first, null),
    row('conversation: a message, peer the Lounge', later, lounge),
  ];
}

function backlogVerdict(backlogs: Backlogs, messages: number): Verdict {
  return {
    what: `backlog of ${messages.toLocaleString('en')} in a private room`,
    measured: backlogs.private.median / 1000,
    unit: 's',
    bound: 'at most',
    budget: (BACKLOG_TIME * messages) / BACKLOG / 1000,
  };
}

export const groups: Scenario = {
  name: 'groups',
  title: 'Private rooms: hybrid MLS against the library’s own X25519, openings, and a backlog',
  async run({ quick }, tell) {
    const rows: string[][] = [];
    // The code is warm before anything counts.
    await Promise.all([measureGroup(auroraMls(), 8, 3), measureGroup(await classicMls(), 8, 3)]);
    for (const members of quick ? [2, 16, 64] : [2, 16, 64, 256]) {
      const measure = async <Seat, Offer>(mls: Mls<Seat, Offer>) => {
        tell(`a group of ${members}, ${mls.name}`);
        return measureGroup(mls, members, quick ? 3 : 5);
      };
      rows.push(...groupRows(members, await measure(auroraMls()), await measure(await classicMls())));
    }
    const openings = await openConversations(quick ? 8 : 30, tell);
    const messages = quick ? BACKLOG / 10 : BACKLOG;
    const backlogs = await readBacklogs(messages, quick ? 2 : 3, tell);
    return {
      heading,
      rows: [
        ...rows,
        ...openingRows(openings),
        [
          `backlog of ${messages.toLocaleString('en')}, peer the Lounge`,
          ...timeCells(backlogs.private, backlogs.lounge.median),
        ],
      ],
      notes: [
        'peer in groups: ts-mls with ciphersuite 1, its own primitives and no rules but those of MLS; medians',
        'a group of N: one founder lets N−2 in by one commit; then one comes, changes keys and is removed, several times',
        'young: no other has changed its keys yet, so that a change is sealed to every leaf; a renewal is a commit without proposals',
        'all people share one process and the relay has its own; a message in the Lounge is opened by everybody there',
      ],
      verdicts: [
        {
          what: 'private conversation, open until ready, p95',
          measured: openings.ready.quantile(0.95),
          unit: 'ms',
          bound: 'at most',
          budget: 300,
        },
        backlogVerdict(backlogs, messages),
      ],
    };
  },
};
