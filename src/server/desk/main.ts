import { serveDesk } from './serve-desk.js';

serveDesk();
