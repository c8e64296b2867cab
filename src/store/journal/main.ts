import { openJournal } from '../catalog.js';
import { serveJournal } from './thread.js';

serveJournal(openJournal);
