/** What the pages say of the workflow that their sites are for. */
export const pagesWorkflow = `location refcats: dir
env stack { image = "lsstsqre/centos:w_2018_22" }
step coadd for each band in ["g", "r"] {
  env stack
  resources { memory = 64 GB }
  out image: file = "coadd.fits"
  script bash """
    coadd --refs @{refcats} --band @{band} > @{image}
  """
}
`;
