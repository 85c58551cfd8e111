// The fusion rules in the order they run.
import { linearAdd } from './linear-add.ts';
import { linearGate } from './linear-gate.ts';
import { normLinear } from './norm-linear.ts';
import { ropeAttend } from './rope-attend.ts';
import type { FusionRule } from './rule.ts';
import { slotsAdd } from './slots-add.ts';

export const FUSION_RULES: readonly FusionRule[] = [linearGate, linearAdd, slotsAdd, normLinear, ropeAttend];
