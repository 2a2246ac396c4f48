export class Unexpected extends Error {}

export function expect(held: boolean, what: string): asserts held {
  if (!held) throw new Unexpected(what);
}

/** Asks until the answer is there: what follows from an act comes within seconds. */
export async function eventually<T>(ask: () => Promise<T | undefined>, what: string): Promise<T> {
  const until = Date.now() + 30_000;
  while (Date.now() < until) {
    const found = await ask();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Unexpected(what);
}

export function base(): string {
  const url = process.argv[2];
  expect(url !== undefined, "Usage: node … BASE_URL");
  return url;
}
