import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { enter, prepare, type Script } from './page.ts';
import { direct } from './people.ts';

prepare();
afterEach(() => {
  Reflect.deleteProperty(navigator, 'mediaDevices');
});

const digits = '123451234512345123451234512345123451234512345123451234567890';

async function open(script: Script = {}, verified = false) {
  const safety = { identity: 'Bo', nickname: 'Bo', digits, code: 'aurora:ada', verified };
  const page = enter({ safety: () => safety, ...script }, [direct('Bo')]);
  await fireEvent.click(await screen.findByRole('tab', { name: 'Bo' }));
  await fireEvent.click(await screen.findByRole('button', { name: 'Verify…' }));
  return { ...page, dialog: within(await screen.findByRole('dialog', { name: 'Verify Bo' })) };
}
function camera(getUserMedia: () => Promise<unknown>): void {
  Object.defineProperty(navigator, 'mediaDevices', { configurable: true, value: { getUserMedia } });
}

describe('verifying somebody', () => {
  it('shows sixty digits in groups of five, and this device’s code', async () => {
    const { dialog, argsOf } = await open();
    const numbers = (await dialog.findByText('67890')).parentElement;
    expect(numbers?.textContent?.trim().split(/\s+/)).toEqual(digits.match(/.{5}/g));
    expect(await dialog.findByRole('img', { name: 'Your QR code' })).toBeTruthy();
    expect(argsOf('safety')).toEqual([{ identity: 'Bo', device: null }]);
  });

  it('takes Ada’s word that the numbers match, and takes it back', async () => {
    const { dialog, argsOf } = await open();
    await fireEvent.click(await dialog.findByRole('button', { name: 'They match' }));
    expect(await dialog.findByText(/^Verified. Nobody can pass for Bo/)).toBeTruthy();
    expect(dialog.queryByRole('button', { name: 'They match' })).toBeNull();
    await fireEvent.click(dialog.getByRole('button', { name: 'No longer verified' }));
    expect(await dialog.findByText('Bo is no longer verified.')).toBeTruthy();
    expect(dialog.getByRole('button', { name: 'They match' })).toBeTruthy();
    expect(argsOf('verify')).toEqual([
      { identity: 'Bo', how: { type: 'compared' } },
      { identity: 'Bo', how: { type: 'undo' } },
    ]);
  });

  it('says in words that a code is another’s, or none', async () => {
    const { dialog } = await open({
      verify: ({ how }: { how: { code: string } }) => {
        throw how.code === 'aurora:mallory'
          ? { code: 'code_differs', message: 'Differs.' }
          : { code: 'code_unreadable', message: 'This is no safety code of Aurora.' };
      },
    });
    await fireEvent.click(await dialog.findByRole('button', { name: 'Scan their code' }));
    const field = await dialog.findByRole('textbox', { name: 'Or paste their code' });
    await fireEvent.input(field, { target: { value: ' aurora:mallory ' } });
    await fireEvent.click(dialog.getByRole('button', { name: 'Check' }));
    expect(await dialog.findByText(/^That is another code: not Bo’s/)).toBeTruthy();
    await fireEvent.input(field, { target: { value: 'https://a.example' } });
    await fireEvent.click(dialog.getByRole('button', { name: 'Check' }));
    expect(await dialog.findByText('This is no safety code of Aurora.')).toBeTruthy();
  });

  it('takes the other’s code by paste', async () => {
    const { dialog, argsOf } = await open();
    await fireEvent.click(await dialog.findByRole('button', { name: 'Scan their code' }));
    const field = await dialog.findByRole('textbox', { name: 'Or paste their code' });
    await fireEvent.input(field, { target: { value: 'aurora:bo' } });
    await fireEvent.click(dialog.getByRole('button', { name: 'Check' }));
    expect(await dialog.findByText(/^Verified. Nobody/)).toBeTruthy();
    expect(argsOf('verify')).toEqual([{ identity: 'Bo', how: { type: 'code', code: 'aurora:bo' } }]);
  });

  it('says that the camera is refused or missing, beside the field', async () => {
    camera(() => Promise.reject(new DOMException('', 'NotAllowedError')));
    const { dialog } = await open();
    await fireEvent.click(await dialog.findByRole('button', { name: 'Scan their code' }));
    expect(await dialog.findByText(/This page may not use the camera/)).toBeTruthy();
    camera(() => Promise.reject(new DOMException('', 'NotFoundError')));
    await fireEvent.click(dialog.getByRole('button', { name: 'Scan again' }));
    expect(await dialog.findByText(/No camera could be used here/)).toBeTruthy();
    expect(dialog.getByRole('textbox', { name: 'Or paste their code' })).toBeTruthy();
  });

  it('stops the camera when the dialog closes', async () => {
    const stop = vi.fn();
    camera(async () => ({ getTracks: () => [{ stop }] }));
    const play = vi.fn(async () => undefined);
    HTMLMediaElement.prototype.play = play;
    const { dialog } = await open();
    await fireEvent.click(await dialog.findByRole('button', { name: 'Scan their code' }));
    await waitFor(() => expect(play).toHaveBeenCalled(), { timeout: 3000 });
    await waitFor(() => expect(dialog.queryByText(/The browser asks whether/)).toBeNull());
    expect(stop).not.toHaveBeenCalled();
    await fireEvent.click(dialog.getByRole('button', { name: 'Close' }));
    expect(stop).toHaveBeenCalledTimes(1);
  });

  it('says why there is nothing to compare yet', async () => {
    const { dialog } = await open({
      safety: () => {
        throw { code: 'no_such_person', message: 'This device has not seen their key yet.' };
      },
    });
    expect(await dialog.findByText('This device has not seen their key yet.')).toBeTruthy();
    expect(dialog.getByRole('button', { name: 'Try again' })).toBeTruthy();
  });
});
