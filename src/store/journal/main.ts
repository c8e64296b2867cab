import { serveTables } from './thread.js';

serveTables();
