// Calls about results.
import { by_id, client, data } from '../../api/client';

export const get_summary = (session_id: number) =>
    data(client.GET('/v1/sessions/{id}/summary', by_id(session_id)));
