/** Whether the person looks at this page: it is in front and has the focus. */
export class Attention {
  here: boolean = $state(document.hasFocus() && !document.hidden);

  constructor() {
    const look = (): void => {
      this.here = document.hasFocus() && !document.hidden;
    };
    window.addEventListener('focus', look);
    window.addEventListener('blur', look);
    document.addEventListener('visibilitychange', look);
  }
}
