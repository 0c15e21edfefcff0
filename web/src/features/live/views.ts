// The ways to show a room.
export const views = ['map', 'list', 'pictures'] as const;
export type View = (typeof views)[number];
