// The files of a drop, a paste or an input; folders are walked to the bottom.
const JUNK = /^(\.|Thumbs\.db$|desktop\.ini$)/i;

function readAll(reader) {
  return new Promise((resolve, reject) => {
    const found = [];
    const more = () =>
      reader.readEntries((entries) => {
        if (entries.length === 0) return resolve(found);
        found.push(...entries);
        return more();
      }, reject);
    more();
  });
}

async function walk(entry) {
  if (JUNK.test(entry.name)) return [];
  if (entry.isFile) return new Promise((resolve) => entry.file((file) => resolve([file]), () => resolve([])));
  const entries = await readAll(entry.createReader()).catch(() => []);
  return (await Promise.all(entries.map(walk))).flat();
}

/** All files of a DataTransfer, folders included. */
export async function gather(transfer) {
  // Entries must be taken before the first await: the transfer is emptied after the event.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (entries.length === 0) return [...transfer.files];
  return (await Promise.all(entries.map(walk))).flat();
}

export const clean = (files) => [...files].filter((file) => !JUNK.test(file.name));
