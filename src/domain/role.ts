/** What a person or key may do, least first; each role may do what those before it may. */
export const roles = ['viewer', 'analyst', 'operator', 'admin'] as const;

export type Role = (typeof roles)[number];
