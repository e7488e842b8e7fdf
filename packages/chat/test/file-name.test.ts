import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanName } from '../src/core/files/name.ts';

describe('the name of a file', () => {
  it.each([
    ['holiday.jpg', 'holiday.jpg'],
    ['Grüße aus Huế.pdf', 'Grüße aus Huế.pdf'],
    ['تقرير.docx', 'تقرير.docx'],
    ['v1.2 (final).tar.gz', 'v1.2 (final).tar.gz'],
    ['🌌.png', '🌌.png'],
  ])('%s stays', (given, name) => {
    expect(cleanName(given)).toBe(name);
  });

  it.each([
    // A name that reads backwards: “gpj.exe” would show as “exe.jpg”.
    ['holiday\u202egpj.exe', 'holidaygpj.exe'],
    ['a\u2066b\u2069c\u200f.txt', 'abc.txt'],
    ['zero\u200bwidth\u2060.txt', 'zerowidth.txt'],
    ['nul\u0000l\u0007.txt', 'null.txt'],
    ['two\nlines\u2028here.txt', 'two lines here.txt'],
    ['blank\u3164\u115f.txt', 'blank.txt'],
    ['../../etc/passwd', 'passwd'],
    ['..\\..\\windows\\system32\\cmd.exe', 'cmd.exe'],
    ['C:\\autoexec.bat', 'autoexec.bat'],
    ['C:autoexec.bat', 'C_autoexec.bat'],
    ['/', 'file'],
    ['a\u2215b\uff0fc.txt', 'a_b_c.txt'],
    ['..', 'file'],
    ['...', 'file'],
    ['.htaccess', 'htaccess'],
    ['   ', 'file'],
    ['', 'file'],
    ['trailing. . .', 'trailing'],
    ['what?<is>"this"|*.txt', 'what__is__this___.txt'],
    ['CON', '_CON'],
    ['nul.txt', '_nul.txt'],
    ['Com1.tar.gz', '_Com1.tar.gz'],
    ['lpt¹', '_lpt¹'],
    ['console.txt', 'console.txt'],
    ['\ud800lone.txt', '\ufffdlone.txt'],
  ])('%j is shown and saved as %j', (given, name) => {
    expect(cleanName(given)).toBe(name);
  });

  it('that is long keeps its extension, and is cut between letters', () => {
    const long = cleanName(`${'ế'.repeat(500)}.jpeg`);
    expect(long.endsWith('ế.jpeg')).toBe(true);
    expect(new TextEncoder().encode(long).length).toBeLessThanOrEqual(200);
    const flags = cleanName(`${'🇻🇳'.repeat(100)}.png`);
    expect(flags).toMatch(/^(🇻🇳)+\.png$/u);
    const nothing = cleanName(`a.${'b'.repeat(400)}`);
    expect(new TextEncoder().encode(nothing).length).toBeLessThanOrEqual(200);
  });

  it('is safe whatever somebody sends, and cleaning it again changes nothing', () => {
    const nasty = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({
        unit: fc.constantFrom('.', '/', '\\', ' ', '\u202e', 'c', 'o', 'n', ':', '\u0301'),
        maxLength: 40,
      }),
    );
    fc.assert(
      fc.property(nasty, (given) => {
        const name = cleanName(given);
        expect(name).not.toBe('');
        expect(name).not.toMatch(/[/\\<>:"|?*\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        expect(name).not.toMatch(/^[.\s]|[.\s]$/u);
        expect(name).not.toMatch(/^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i);
        expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(201);
        expect(name.isWellFormed()).toBe(true);
        expect(cleanName(name)).toBe(name);
      }),
      { numRuns: 2_000 },
    );
  });
});
