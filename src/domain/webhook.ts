/** What a webhook can be told of. */
export const webhookTypes = ['segment.member.entered', 'segment.member.left'] as const;
export type WebhookType = (typeof webhookTypes)[number];

/** An address to which changes of live segments are sent. Its secret is shown once, when it is made or changed. */
export interface Webhook {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  /** The segments it wants to know of; all where absent. */
  readonly segments?: readonly string[];
  readonly types?: readonly WebhookType[];
  readonly enabled: boolean;
  /** Why nothing is sent to it, and since when. */
  readonly disabled?: { readonly at: number; readonly reason: string };
  /** The change of the feed up to which its deliveries have been made. */
  readonly cursor: number;
  /** Deliveries that are still to be made, and those that were given up. */
  readonly waiting: number;
  readonly dead: number;
  readonly lastSuccessAt?: number;
  readonly lastFailureAt?: number;
  readonly createdAt: number;
  readonly createdBy: string;
  readonly removedAt?: number;
  /** Until when messages are signed with the secret before as well. */
  readonly oldSecretUntil?: number;
}

/** What became of a change that one webhook is told of. `dead`: it was given up, and can be sent again by hand. */
export interface Delivery {
  readonly id: number;
  /** The `webhook-id` header: the same at every attempt. */
  readonly message: string;
  readonly type: WebhookType;
  readonly entity: string;
  readonly segment: string;
  /** Of the change, ms. */
  readonly at: number;
  /** The change's number in the feed, and among those of its entity. */
  readonly n: number;
  readonly sequence: number;
  readonly state: 'waiting' | 'delivered' | 'dead';
  readonly attempts: number;
  /** Of a waiting one: when it is tried next; absent while an earlier change of the same entity is not through. */
  readonly next?: number;
  readonly settledAt?: number;
  /** Of a dead one: why it was given up. */
  readonly reason?: string;
}

/** The `webhook-id` header of a change for a webhook: an id without a dot, the same however often it is sent. */
export const messageId = (webhook: string, n: number): string => `msg_${webhook}_${n}`;

/** One try. Nothing of what the other side said is kept but its status. */
export interface DeliveryAttempt {
  readonly at: number;
  readonly ms: number;
  readonly status?: number;
  /** Why there was no answer: 'timeout', 'private' … */
  readonly fault?: string;
}
