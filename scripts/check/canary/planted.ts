// Wrong on purpose: the check fails when the type checker does not see this.
export const planted: number = 'not a number';
