// SPDX-License-Identifier: Apache-2.0
/* Makes the heap executable, and what the guard must let pass. Prints "WHAT ERRNO" for each. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static void protect(const char *what, void *page, int protection)
{
	errno = 0;
	mprotect(page, 4096, protection);
	printf("%s %d\n", what, errno);
}

int main(void)
{
	char *heap = (char *)(((uintptr_t)sbrk(8192) + 4095) & ~4095UL);
	void *elsewhere = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	protect("heap-read", heap, PROT_READ);
	protect("heap-exec", heap, PROT_READ | PROT_EXEC);
	protect("mmap-exec", elsewhere, PROT_READ | PROT_EXEC);
	return 0;
}
