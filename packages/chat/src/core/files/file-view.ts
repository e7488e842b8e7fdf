import type { FileHead } from '@aurora/crypto';
import type { FileView, TransferView } from '../../view/contract.ts';
import { cleanName } from './name.ts';

/** The sender may be anybody, so the name is cleaned here, whatever its sender did. */
export function fileView(file: FileHead, transfer: TransferView): FileView {
  const { blob, name, type, size, preview, duration, voice } = file;
  return { blob, name: cleanName(name), type, size, preview, duration, voice, transfer };
}
