import { limits } from '@aurora/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { People } from '../src/core/room/people.ts';
import { presenceRow } from '../src/core/room/presence.ts';
import { identityNo, person, presence } from './support/present.ts';

const ada = person(1, 'Ada');
const bo = person(2, 'bo');
const cleo = person(3, 'Cleo');

describe('who is here', () => {
  let people: People;

  beforeEach(() => {
    people = new People(identityNo(1));
    people.told({ count: 2, people: [bo, ada], more: false });
  });

  const names = () => people.view.people.map(({ nickname }) => nickname);

  it('is listed by nickname whatever its case, with oneself marked', () => {
    people.changed(presence({ count: 3, joined: [cleo] }));
    expect(names()).toEqual(['Ada', 'bo', 'Cleo']);
    expect(people.view.people.map(({ me }) => me)).toEqual([true, false, false]);
    expect(people.view).toMatchObject({ count: 3, more: false });
  });

  it('changes as people come and go', () => {
    people.changed(presence({ count: 2, joined: [cleo], left: [bo] }));
    expect(names()).toEqual(['Ada', 'Cleo']);
  });

  it('lists once who left and came back in one moment', () => {
    people.changed(presence({ count: 2, joined: [bo], left: [bo] }));
    expect(names()).toEqual(['Ada', 'bo']);
  });

  it('says that there are more when the relay does not name them all', () => {
    people.changed(presence({ count: 5_000, joinedMore: 4_998 }));
    expect(people.view).toMatchObject({ count: 5_000, more: true });
  });

  it('names no more than a relay would, though it goes on naming', () => {
    for (let value = 10; value < 10 + limits.namedPresence * 2; value += 1) {
      people.changed(presence({ count: value, joined: [person(value, `Guest ${value}`)] }));
    }
    expect(people.view.people).toHaveLength(limits.namedPresence);
    expect(people.view.more).toBe(true);
  });

  it('takes who was here before the line broke for no newcomer, once', () => {
    people.lineBroke();
    people.told({ count: 1, people: [ada], more: false });
    expect(people.newlyCome([bo, cleo])).toEqual([cleo]);
    expect(people.newlyCome([bo])).toEqual([bo]);
  });
});

describe('the line about who came and went', () => {
  it('stands after the last entry read, with everybody but oneself', () => {
    const row = presenceRow(presence({ joined: [ada, bo], left: [cleo] }), ada.identity, 7);
    expect(row).toMatchObject({ type: 'presence', seq: 7, joined: ['bo'], left: ['Cleo'] });
    expect(row?.minor).toBeGreaterThan(0);
  });

  it('is none when it was only this person', () => {
    expect(presenceRow(presence({ joined: [ada] }), ada.identity, 7)).toBeNull();
  });

  it('counts those who are not named', () => {
    expect(presenceRow(presence({ joinedMore: 40, leftMore: 2 }), ada.identity, 0)).toMatchObject({
      joinedMore: 40,
      leftMore: 2,
    });
  });
});
