export function startCheckIn() {}
