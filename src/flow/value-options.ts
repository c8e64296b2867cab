import { z } from 'zod';

/** How customers are valued. */
export const valueOptions = z.strictObject({
  horizonDays: z.number().int('must be a whole number').min(1).max(3660).default(365).describe('Days to look ahead').meta({ value: '<days>' }),
  monthlyDiscount: z.number().min(0).max(0.5).default(0.01).describe('What money a month away loses: 0.01 is 1 % a month, 12.7 % a year').meta({ value: '<share>' }),
  level: z.number().min(0.5).max(0.99).default(0.8).describe('The share of what happens that intervals should hold').meta({ value: '<share>' }),
  model: z.enum(['bg-nbd', 'mbg-nbd', 'pareto-nbd', 'nbd', 'bg-bb']).optional().describe('Purchase model; by default the one that tells held-out purchases best'),
});
