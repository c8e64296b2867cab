import { jobKinds } from './catalog.js';
import { serveJob } from './child.js';

serveJob(jobKinds);
