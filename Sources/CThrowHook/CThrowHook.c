#include "CThrowHook.h"
