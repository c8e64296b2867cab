import { openJournal, openStates } from '../catalog.js';
import { serveJournal } from './thread.js';

serveJournal(openJournal, openStates);
