// What the page asks of the server about what happened.
import { get } from '../../api/request';
import type { Summary } from '../../api/types';

export const get_summary = (session_id: number) => get<Summary>(`/v1/sessions/${session_id}/summary`);
