// A container runtime as small as can be: calls a network's plugins by libcni.
//
//	cni-driver CONFLIST PLUGIN_DIRECTORIES CACHE_DIRECTORY NETNS INTERFACE COMMAND...
//
// PLUGIN_DIRECTORIES are apart by colons; commands are add, check and del. Prints the result of each add on a line.
// Ends with 1 at the first error, which is printed.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"github.com/containernetworking/cni/libcni"
)

func main() {
	if len(os.Args) < 7 {
		fmt.Fprintln(os.Stderr, "usage: cni-driver CONFLIST PLUGIN_DIRECTORIES CACHE_DIRECTORY NETNS INTERFACE COMMAND...")
		os.Exit(64)
	}
	list, err := libcni.ConfListFromFile(os.Args[1])
	fail("reading "+os.Args[1], err)
	client := libcni.NewCNIConfigWithCacheDir(strings.Split(os.Args[2], ":"), os.Args[3], nil)
	runtime := &libcni.RuntimeConf{
		ContainerID: "driven",
		NetNS:       os.Args[4],
		IfName:      os.Args[5],
		Args:        [][2]string{{"IgnoreUnknown", "1"}, {"K8S_POD_NAMESPACE", "default"}, {"K8S_POD_NAME", "driven"}},
	}
	ctx := context.Background()
	for _, command := range os.Args[6:] {
		switch command {
		case "add":
			result, err := client.AddNetworkList(ctx, list, runtime)
			fail(command, err)
			text, err := json.Marshal(result)
			fail(command, err)
			fmt.Println(string(text))
		case "check":
			fail(command, client.CheckNetworkList(ctx, list, runtime))
		case "del":
			fail(command, client.DelNetworkList(ctx, list, runtime))
		default:
			fail(command, fmt.Errorf("no such command"))
		}
	}
}

func fail(what string, err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", what, err)
		os.Exit(1)
	}
}
