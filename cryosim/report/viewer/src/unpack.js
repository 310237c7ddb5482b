// Arrays as cryosim/report/packed.py writes them: gzip, base64, bytes by significance, differences.

function bytesOf(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const letters = atob(text);
  const bytes = new Uint8Array(letters.length);
  for (let i = 0; i < letters.length; i += 1) bytes[i] = letters.charCodeAt(i);
  return bytes;
}

async function inflated(text) {
  const stream = new Blob([bytesOf(text)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

const ARRAYS = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array };

// Rows of whole numbers; each row is kept as its difference from the one before.
export async function unpacked({ rows, columns, bytes, z }) {
  const raw = await inflated(z);
  const size = rows * columns;
  const out = new ARRAYS[bytes](size);
  for (let plane = 0; plane < bytes; plane += 1) {
    for (let i = 0; i < size; i += 1) out[i] |= raw[plane * size + i] << (8 * plane);
  }
  for (let i = columns; i < size; i += 1) out[i] += out[i - columns];
  return out;
}
