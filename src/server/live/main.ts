import { serveLive } from './serve-live.js';

serveLive();
