import type { Attachment } from 'svelte/attachments';

/** So near to what is in sight, a picture is worth having. */
const NEAR = '600px';

/** Calls back once, when the element comes near to what is in sight. */
export function nearby(come: () => void): Attachment {
  return (element) => {
    if (!('IntersectionObserver' in globalThis)) {
      come();
      return undefined;
    }
    const observer = new IntersectionObserver(
      (entries) => {
        if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
        observer.disconnect();
        come();
      },
      { rootMargin: NEAR },
    );
    observer.observe(element);
    return () => observer.disconnect();
  };
}
