// Says in words who an order will reach: a few by name, many by number.
import type { LiveDevice } from '../../api/types';
import { t } from '../../i18n/i18n.svelte';
import { who } from './states';

const most_names = 4;

export function told_words(told: LiveDevice[]): string {
    if (told.length === 0) return t('order.to_nobody');
    if (told.length <= most_names) return t('order.to_names', { names: told.map(who).join(', ') });
    return t('order.to_count', { count: told.length });
}
