import type { JobKind } from './kind.js';
import { demoKind } from './kinds/demo.js';
import { discoverKind } from './kinds/discover.js';
import { forgetKind } from './kinds/forget.js';
import { importKind } from './kinds/import.js';
import { inspectKind } from './kinds/inspect.js';

/** Every kind of long work. */
export const jobKinds: Readonly<Record<string, JobKind>> = { demo: demoKind, discover: discoverKind, forget: forgetKind, import: importKind, inspect: inspectKind };
