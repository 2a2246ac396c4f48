// What orval's functions send with: where to, and as whom.
import { base } from "./expect.js";

export async function sent<T>(path: string, options: RequestInit): Promise<T> {
  const answer = await fetch(`${base()}${path}`, options);
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, data: JSON.parse(text) } as T;
}
