/** The one name of the Workers runtime that contracts shared with Node mention. */
declare namespace Rpc {
  interface DurableObjectBranded {}
}
