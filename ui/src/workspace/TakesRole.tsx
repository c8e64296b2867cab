import type { ReactNode } from 'react';
import type { Role } from '../../../src/domain/role.js';
import { EmptyState } from '../kit/states.js';

const TITLES: Record<Role, string> = { viewer: 'This takes the role of a viewer', analyst: 'This takes the role of an analyst', operator: 'This takes the role of an operator', admin: 'This takes the role of an admin' };

/** What stands on a page that the reader's role does not reach: why, and whom to ask. */
export function TakesRole({ role, children }: { readonly role: Role; readonly children: ReactNode }) {
  return <EmptyState title={TITLES[role]}>{children} Ask whoever runs this workspace for a key that does.</EmptyState>;
}
