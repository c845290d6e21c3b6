import { expect, test } from 'vitest';
import { kernelCatalog, newestPackage } from '../../vm/kernel-catalog.ts';

const packages = [
  'linux-image-6.1.0-9-cloud-amd64',
  'linux-image-6.1.0-47-cloud-amd64',
  'linux-image-6.1.0-47-cloud-amd64-dbg',
  'linux-image-6.12-cloud-amd64',
  'linux-image-6.12.90+deb12-cloud-amd64',
  'linux-image-6.12.90+deb12.1-cloud-amd64',
  'linux-image-6.12.9+deb12-cloud-amd64',
  'linux-image-6.12.95+deb13-cloud-amd64',
  'linux-binary-7.2.9+deb13-cloud-amd64',
  'linux-binary-7.2.12+deb13-cloud-amd64',
  'linux-image-7.2.12+deb13-cloud-amd64',
];

test.each([
  ['6.1', 'linux-image-6.1.0-47-cloud-amd64'],
  ['6.12', 'linux-image-6.12.90+deb12.1-cloud-amd64'],
  ['7.2', 'linux-binary-7.2.12+deb13-cloud-amd64'],
])('the newest build of %s is %s', (name, expected) => {
  const entry = kernelCatalog.find((candidate) => candidate.name === name);
  expect(newestPackage(packages, entry?.image ?? /$^/)).toBe(expected);
});

test('the modules of a split package have one of their own', () => {
  expect(kernelCatalog.map((entry) => entry.modulesOf?.('linux-binary-7.2.9+deb13-cloud-amd64'))).toContain(
    'linux-modules-7.2.9+deb13-cloud-amd64',
  );
});

test('no package, no answer', () => {
  expect(newestPackage([], /x/)).toBeUndefined();
});
