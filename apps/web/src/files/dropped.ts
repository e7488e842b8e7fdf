/** What somebody dropped or pasted: a DataTransfer. Browsers tell it only while the event is told. */
interface Drop {
  readonly items: Iterable<{
    readonly kind: string;
    getAsFile(): File | null;
    webkitGetAsEntry(): { readonly isDirectory: boolean; readonly name: string } | null;
  }>;
}

interface Dropped {
  readonly folders: readonly string[];
  readonly files: readonly File[];
}

function dropped(data: Drop): Dropped {
  const folders: string[] = [];
  const files: File[] = [];
  for (const item of data.items) {
    if (item.kind !== 'file') continue;
    // A folder would come as a file that cannot be read.
    const entry = item.webkitGetAsEntry();
    const file = item.getAsFile();
    if (entry?.isDirectory) folders.push(entry.name);
    else if (file !== null) files.push(file);
  }
  return { folders, files };
}

/** Names of the folders, which cannot be sent. */
export function foldersIn(data: Drop): string[] {
  return [...dropped(data).folders];
}

export function filesIn(data: Drop): File[] {
  return [...dropped(data).files];
}
