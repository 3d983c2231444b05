// What costs bytes is fetched when it comes near.

export function whenNear(elements, come) {
  const near = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      come(target);
    }
  }, { rootMargin: "400px" });
  elements.forEach((one) => near.observe(one));
}
