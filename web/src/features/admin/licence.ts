// What a licence says of itself, in words.
import type { Organisation } from '../../api/types';
import { date_only_text, t } from '../../i18n/i18n.svelte';

type Licence = Organisation['licence'];
const half_a_day_ms = 12 * 3600 * 1000;

/// It holds through its last day, wherever the school is: until that day is over in the last time zone.
export const has_ended = (licence: Licence, now_ms: number): boolean =>
    licence.last_day !== null &&
    licence.last_day < new Date(now_ms - half_a_day_ms).toISOString().slice(0, 10);

export function until_text(licence: Licence, now_ms: number): string {
    if (licence.last_day === null) return t('licence.endless');
    const day = date_only_text(licence.last_day);
    return t(has_ended(licence, now_ms) ? 'licence.ended' : 'licence.until', { day });
}
