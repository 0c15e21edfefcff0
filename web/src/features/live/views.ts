// The ways in which a room is shown.
export type View = 'map' | 'list' | 'pictures';
