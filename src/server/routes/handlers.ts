import type { RouteId } from '../contract/contract.js';
import type { Handlers } from '../handler.js';
import { entityHandlers } from './entities.js';
import { exportHandlers } from './exports.js';
import { fileHandlers } from './files.js';
import { governHandlers } from './govern.js';
import { liveHandlers } from './live.js';
import { runHandlers } from './runs.js';
import { segmentHandlers } from './segments.js';
import { sessionHandlers } from './session.js';
import { webhookHandlers } from './webhooks.js';

/** What answers each route of the contract. A route without a handler does not compile. */
export const handlers: Handlers<RouteId> = { ...sessionHandlers, ...fileHandlers, ...runHandlers, ...segmentHandlers, ...entityHandlers, ...exportHandlers, ...liveHandlers, ...webhookHandlers, ...governHandlers };
