import { z } from 'zod';
import { ShoalError } from '../../errors.js';

/** Where a running server is, and what opens it. */
export const serverPlace = {
  url: z.url({ protocol: /^https?$/, error: 'must be like http://127.0.0.1:7411' }).optional().describe('Address of the server; SHOAL_URL, else http://127.0.0.1:7411').meta({ value: '<url>' }),
  key: z.string().min(1).optional().describe('API key; better as SHOAL_KEY, which the list of processes does not show').meta({ value: '<key>' }),
};

/** @throws `cli/usage` without a key */
export function placeFrom({ url, key }: { readonly url?: string; readonly key?: string }, needs: string): { readonly server: string; readonly token: string } {
  const token = key ?? process.env['SHOAL_KEY'];
  if (!token) throw new ShoalError('cli/usage', { message: `This needs ${needs}: set SHOAL_KEY, or give --key.` });
  return { server: (url ?? process.env['SHOAL_URL'] ?? 'http://127.0.0.1:7411').replace(/\/+$/, ''), token };
}
