import { clock } from '../clock.ts';
import { Generator } from '../load/generator.ts';
import { short } from '../measure/table.ts';
import type { Scenario } from '../scenario.ts';
import { type ServerName, ServerProcess } from '../servers/server.ts';

const GENERATORS = 2;
/** Come first and stay, so that what a server needs once is not counted with the sessions: one for so many members. */
const RESIDENTS = 4;

interface Arrival {
  /** Connections a second, by the clock and by the server's CPU. */
  readonly perSecond: number;
  readonly perCore: number;
}

interface Run {
  readonly first: Arrival;
  /** The same members again, whom the server knows now. */
  readonly again: Arrival;
  /** Bytes of resident memory for one open session. */
  readonly memory: number;
}

interface Parties {
  readonly server: ServerProcess;
  readonly generators: readonly Generator[];
  readonly port: number;
}

async function arrive(
  { server, generators, port }: Parties,
  members: number,
  from: number,
): Promise<Arrival> {
  const each = members / GENERATORS;
  const before = await server.usage();
  const started = clock();
  await Promise.all(
    generators.map((generator, index) =>
      generator.open(server.name, {
        members: each,
        senders: 1,
        first: from + index * each,
        port,
        origin: `http://127.0.0.1:${port}`,
        opening: 64,
      }),
    ),
  );
  const elapsed = clock() - started;
  const after = await server.usage();
  return { perSecond: (members * 1000) / elapsed, perCore: (members * 1000) / (after.cpu - before.cpu) };
}

function leave({ generators }: Parties): Promise<unknown> {
  return Promise.all(generators.map((generator) => generator.close()));
}

async function oneRun(name: ServerName, members: number): Promise<Run> {
  const server = new ServerProcess(name);
  const resident = new Generator();
  const generators = Array.from({ length: GENERATORS }, () => new Generator());
  try {
    const each = members / GENERATORS;
    await Promise.all([
      resident.prepare(members, members / RESIDENTS),
      ...generators.map((generator, index) => generator.prepare(index * each, each)),
    ]);
    const port = await server.start();
    await arrive({ server, generators: [resident], port }, members / RESIDENTS, members);
    const parties = { server, generators, port };
    const before = await server.settled();
    const first = await arrive(parties, members, 0);
    const full = await server.settled();
    await leave(parties);
    await server.settled();
    const again = await arrive(parties, members, 0);
    return { first, again, memory: (full.memory - before.memory) / members };
  } finally {
    await Promise.all([server, resident, ...generators].map((process) => process.stop()));
  }
}

export const connections: Scenario = {
  name: 'connections',
  title: 'Connections: members that come, stay and come back',
  async run({ quick }, tell) {
    const members = quick ? 2000 : 12_000;
    const names: ServerName[] = ['floor', 'aurora', 'ws loop', 'Socket.IO'];
    const runs: [ServerName, Run][] = [];
    for (const name of names) {
      tell(`${name}, ${members} members`);
      runs.push([name, await oneRun(name, members)]);
    }
    const aurora = runs.find(([name]) => name === 'aurora')?.[1];
    return {
      heading: ['server', 'first: /s a core', '/s', 'again: /s a core', '/s', 'KB a session'],
      rows: runs.map(([name, { first, again, memory }]) => [
        name,
        short(first.perCore),
        short(first.perSecond),
        short(again.perCore),
        short(again.perSecond),
        short(memory / 1024),
      ]),
      notes: [
        'a member of aurora proves its keys, claims or finds its nickname, and joins the Lounge; elsewhere it only connects',
        'a core: by the CPU time of the server process and all its threads',
      ],
      verdicts: [
        {
          what: 'authenticated connections, first time',
          measured: aurora?.first.perCore ?? Number.NaN,
          unit: '/s a core',
          bound: 'at least',
          budget: 2000,
        },
        {
          what: 'authenticated connections, coming back',
          measured: aurora?.again.perCore ?? Number.NaN,
          unit: '/s a core',
          bound: 'at least',
          budget: 2000,
        },
        {
          what: 'memory a live session in the Lounge',
          measured: (aurora?.memory ?? Number.NaN) / 1024,
          unit: 'KB',
          bound: 'at most',
          budget: 10,
        },
      ],
    };
  },
};
